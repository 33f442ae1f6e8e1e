import { envError, isLocal, type Variables } from './variables.ts';

/** What stands for a credential where nobody asks for one. */
const unasked = 'none';

/** Whether a platform is wanted: something is said of it, and it is not switched off. */
function isWanted({ flag, text, prefix }: Variables, names: readonly string[]): boolean {
  const enabled = flag('ENABLED');
  if (enabled === false) return false;
  const said = names.filter((name) => text(name) !== undefined);
  if (enabled && said.length === 0)
    throw envError(
      `${prefix}_ENABLED is true, but none of ${names.map((name) => `${prefix}_${name}`).join(', ')} is set; set what you have, or ${prefix}_ENABLED=false`,
    );
  return said.length > 0;
}

/** The common part of a setting. */
const interval = (on: Variables): { interval?: number } => {
  const ms = on.duration('POLL_INTERVAL');
  return ms === undefined ? {} : { interval: ms };
};

/** A credential that only an address on this machine can do without. */
const credential = (on: Variables, name: string, why: string, address: string | undefined): string =>
  on.text(name) ?? (isLocal(address) ? unasked : on.needed(name, why));

/** The Events API by user name and token, or an endpoint that is polled by its address. */
export function chaturbateSettings(on: Variables) {
  if (!isWanted(on, ['USERNAME', 'TOKEN', 'EVENTS_URL', 'API_KEY', 'BROADCASTER'])) return undefined;
  const eventsUrl = on.address('EVENTS_URL');
  const real = ['USERNAME', 'TOKEN'].filter((name) => on.text(name) !== undefined);
  if (real.length > 0 && eventsUrl !== undefined)
    throw envError(
      `CHATURBATE_${real[0]} means the Events API and CHATURBATE_EVENTS_URL means another endpoint; set one of the two`,
    );
  if (real.length > 0)
    return {
      username: on.needed('USERNAME', 'it goes with CHATURBATE_TOKEN'),
      token: on.needed('TOKEN', 'make one with the scope "Events API" in your account'),
      ...interval(on),
    };
  if (eventsUrl === undefined)
    throw envError(
      'CHATURBATE_EVENTS_URL is missing; set it, or CHATURBATE_USERNAME and CHATURBATE_TOKEN for the Events API',
    );
  const broadcaster =
    eventsUrl.includes('{broadcaster}') || eventsUrl.includes('%7Bbroadcaster%7D')
      ? on.needed('BROADCASTER', 'it fills {broadcaster} in CHATURBATE_EVENTS_URL')
      : on.text('BROADCASTER');
  return {
    eventsUrl,
    apiKey: credential(on, 'API_KEY', 'it goes with CHATURBATE_EVENTS_URL', eventsUrl),
    ...(broadcaster !== undefined && { broadcaster }),
    ...interval(on),
  };
}

export function stripchatSettings(on: Variables) {
  if (!isWanted(on, ['TOKEN', 'EVENTS_URL'])) return undefined;
  const [eventsUrl, broadcaster] = [on.address('EVENTS_URL'), on.text('BROADCASTER')];
  return {
    token: credential(on, 'TOKEN', 'it names the account', eventsUrl),
    ...(eventsUrl !== undefined && { eventsUrl }),
    ...(broadcaster !== undefined && { broadcaster }),
    ...interval(on),
  };
}

export function camsodaSettings(on: Variables) {
  if (!isWanted(on, ['BROADCASTER', 'API_KEY', 'EVENTS_URL'])) return undefined;
  const eventsUrl = on.address('EVENTS_URL');
  return {
    broadcaster: credential(on, 'BROADCASTER', 'it names the room', eventsUrl),
    apiKey: credential(on, 'API_KEY', 'it goes with CAMSODA_BROADCASTER', eventsUrl),
    ...(eventsUrl !== undefined && { eventsUrl }),
    ...interval(on),
  };
}

/**
 * The token of a user and whose channel it is. The client id alone wants nothing: a proxy has it, too. A refresh token is not among them,
 * as what replaces it would be lost with the process.
 */
export function twitchSettings(on: Variables) {
  if (!isWanted(on, ['TOKEN', 'BROADCASTER_ID', 'BROADCASTER_LOGIN'])) return undefined;
  const baseUrl = on.address('BASE_URL');
  const [broadcasterId, login] = [on.text('BROADCASTER_ID'), on.text('BROADCASTER_LOGIN')];
  if (broadcasterId !== undefined && login !== undefined)
    throw envError('TWITCH_BROADCASTER_ID and TWITCH_BROADCASTER_LOGIN might be two channels; set one of the two');
  return {
    client: {
      clientId: credential(on, 'CLIENT_ID', 'it names your app in the developer console of Twitch', baseUrl),
      token: credential(on, 'TOKEN', 'it is the token of the broadcaster', baseUrl),
      ...(baseUrl !== undefined && { baseUrl }),
    },
    whose: { broadcasterId, login },
  };
}
