import * as rooms from '../../src/stripchat/normalize.ts';
import { readable } from '../../src/stripchat/schemas.ts';
import { describeNormaliser } from '../support/verdict.ts';

describeNormaliser('stripchat', rooms, readable, 'loud_lin');
