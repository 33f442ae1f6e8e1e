import type { PlantedBug } from './bug.ts';
import { deliveryBugs } from './delivery.ts';
import { moneyBugs } from './money.ts';
import { requestBugs } from './requests.ts';
import { secretBugs } from './secrets.ts';

/** Every bug that the tests have to find. */
export const plantedBugs: readonly PlantedBug[] = [...deliveryBugs, ...requestBugs, ...moneyBugs, ...secretBugs];
