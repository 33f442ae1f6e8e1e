/**
 * Tips and events of Chaturbate: the Events API, or an endpoint of the contract.
 *
 * @module tipstream/chaturbate
 */
export type { Credential } from '../core/auth.ts';
export {
  type Chaturbate,
  type ChaturbateContractOptions,
  type ChaturbateOptions,
  type ChaturbateTipsOptions,
  createChaturbate,
} from './client.ts';
export { toTip } from './normalize.ts';
export type {
  ChaturbateContractEvent,
  ChaturbateContractObject,
  ChaturbateContractTip,
  ChaturbateEvent,
  ChaturbateMedia,
  ChaturbateMessage,
  ChaturbateMethod,
  ChaturbateTip,
  ChaturbateUser,
  OtherMethod,
} from './schemas.ts';
