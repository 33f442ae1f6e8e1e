/** The tests that the guides show, run as they stand there. */
import '../../docs/examples/guide/mock-test.ts';
import '../../docs/examples/guide/mock-twitch-test.ts';
import '../../docs/examples/guide/tipping-test.ts';
