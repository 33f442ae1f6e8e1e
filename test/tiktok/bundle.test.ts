import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';

/** The files of this project and the packages that a program brings into a bundle, with what is left of each. */
async function brought(...names: string[]): Promise<string[]> {
  const { metafile } = await build({
    stdin: { contents: `export { ${names.join(', ')} } from 'tipstream/tiktok';`, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['tipstream-source'],
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.filter(([, { bytesInOutput }]) => bytesInOutput > 0).map(([path]) => path);
}

const client =
  /node_modules\/(ky|zod|ws|isomorphic-ws)|core\/(client|caller|connection|attempt|exchange|limiter|tokens)|tiktok\/(client|endpoints|session|events)/;
const socket = /stream\/(socket|line|live)|standard-wire/;

describe('a bundle', () => {
  it('of avatars has no client, no socket, no stream and no schema in it', async () => {
    const files = await brought(
      'createAvatars',
      'initialsAvatar',
      'generatorUrls',
      'decodeDataUrl',
      'avatarFromProfilePage',
      'avatarLimits',
    );
    expect(files.some((file) => file.endsWith('avatars/avatars.ts'))).toBe(true);
    expect(files.filter((file) => client.test(file) || socket.test(file) || /stream\/(?!log)/.test(file))).toEqual([]);
  });

  it('of the initials has nothing but them', async () => {
    expect((await brought('initialsAvatar')).map((file) => file.replace(/^.*\//, '')).sort()).toEqual([
      'initials.ts',
      'md5.ts',
    ]);
  });

  it('of gifts as tips has no client, no socket and no schema in it', async () => {
    const files = await brought('giftTips', 'fromTikTokLiveConnector', 'toTip');
    expect(files.some((file) => file.endsWith('gifts/streaks.ts'))).toBe(true);
    expect(files.filter((file) => client.test(file) || socket.test(file))).toEqual([]);
  });

  it('of the client has no schema and no avatars in it', async () => {
    const files = await brought('createTikTok');
    expect(files.some((file) => file.endsWith('tiktok/session.ts'))).toBe(true);
    expect(files.filter((file) => /zod|schemas|md5|html|avatars\/(avatars|ask|tiers|store)/.test(file))).toEqual([]);
  });
});
