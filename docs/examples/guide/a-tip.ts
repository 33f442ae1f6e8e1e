// #region tip
import type { TipEvent } from 'tipstream';

const tip: TipEvent = {
  platform: 'chaturbate',
  amount: 100, // in `unit`: a token of one platform is not a token of another
  tipper: 'fan123', // 'Anonymous' when the platform says so. Foreign text
  message: 'Great show!', // '' when there is none. Foreign text
  timestamp: 1_767_225_600.25, // Unix seconds: `tipDate(tip)` is a Date
  id: 'chaturbate:my-room:1767225600250-1', // the same on every re-delivery
  unit: 'token',
  anonymous: false,
  channel: 'my-room',
};
// #endregion
const { validateNormalizedEvent } = await import('tipstream');
console.log(validateNormalizedEvent(tip));
