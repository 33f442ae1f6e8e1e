/** The amounts of the random events of the contract dialect (EV-30). */
export const amounts = [10, 20, 50, 100, 200] as const;

/** Who gives in the random events of the contract dialect (EV-30). */
export const users = ['user1', 'user2', 'user3', 'fan123', 'supporter'] as const;

/** Amounts of the real dialect: people give odd ones too. */
export const realAmounts = [1, 5, 15, 25, 33, 50, 77, 100, 250, 500] as const;

/** Invented people of the real dialect. */
export const people = [
  'amber_kite',
  'borrowed_umbrella',
  'copper_teapot',
  'drowsy_lighthouse',
  'eleventh_plum',
  'folded_map',
  'ginger_comet',
  'hollow_acorn',
  'ivory_paddle',
  'jolly_anvil',
  'kelp_and_thunder',
  'lantern_moth',
] as const;

/** The notes that go with tips. No note at all is as common as in a real room. */
export const phrases = [
  '',
  '',
  'Great show!',
  'Nice!',
  'Keep it up',
  'Hello from the back row',
  'For the goal',
  'Song 4 please',
  'Gr\u00fc\u00dfe \u{1F389}',
  'a "quoted" note, with <b>tags</b> & a \\ in it',
] as const;

/** What is said in chat between the tips. */
export const chatter = ['hello', 'good evening', 'lol', 'what did I miss?', 'brb', 'nice lights today'] as const;
