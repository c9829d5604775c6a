/** For fields with short values: the field is narrow, its help is not. */
export const NARROW = { wrapper: { maxWidth: 200 } };
