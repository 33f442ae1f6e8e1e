import { fromTikTokLiveConnector, giftTips, type LiveConnection } from 'tipstream/tiktok';

/** `connection` is what `tiktok-live-connector` gave you; the package is yours to install. */
export const watch = (connection: LiveConnection) =>
  giftTips(fromTikTokLiveConnector(connection), { channel: 'mira' }).subscribe((tip) =>
    console.log(`${tip.tipper} gave ${tip.amount} diamonds: ${tip.message}`),
  );
