import * as rooms from '../../src/tipping/normalize.ts';
import { readable } from '../../src/tipping/schemas.ts';
import { describeNormaliser } from '../support/verdict.ts';

describeNormaliser('tipping', rooms, readable, 'quiet_grace');
