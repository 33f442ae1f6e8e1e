/** The platform's own test address, with its version. There is no address for real money: that one comes from the platform. */
export const livePantyStaging = 'https://staging-api.livepanty.com/v1';

/** The seven names under `error.problem.code` (TP-19). Others may come: they have the code that their status stands for. */
export const tippingErrors = [
  'VALIDATION_ERROR',
  'AUTHENTICATION_REQUIRED',
  'INSUFFICIENT_BALANCE',
  'STREAM_NOT_FOUND',
  'KYC_REQUIRED',
  'RATE_LIMIT_EXCEEDED',
  'PERMISSION_DENIED',
] as const;
