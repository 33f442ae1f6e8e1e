import * as rooms from '../../src/chaturbate/normalize.ts';
import { readable } from '../../src/chaturbate/schemas.ts';
import { describeNormaliser } from '../support/verdict.ts';

describeNormaliser('chaturbate', rooms, readable, 'quiet_ada');
