/** What most upstreams mean by a close code, and by the status of an upgrade that was refused (XS-5). */
export function closing(code: number, status?: number): 'reconnect' | 'slow' | 'end' | 'refused' {
  if (status === 401 || status === 403) return 'refused';
  switch (code) {
    case 1008:
    case 4400:
    case 4401:
    case 4403:
      return 'refused';
    case 4404:
      return 'end';
    case 1013:
    case 4429:
      return 'slow';
    default:
      return 'reconnect';
  }
}
