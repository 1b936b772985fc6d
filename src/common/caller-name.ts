/** What the name of a caller may be made of. */
export const CALLER_NAME = /^[A-Za-z0-9._-]{1,64}$/;
