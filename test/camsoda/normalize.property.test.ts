import * as rooms from '../../src/camsoda/normalize.ts';
import { readable } from '../../src/camsoda/schemas.ts';
import { describeNormaliser } from '../support/verdict.ts';

describeNormaliser('camsoda', rooms, readable, 'fond_grace');
