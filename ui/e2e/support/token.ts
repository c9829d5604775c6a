/** Tokens of customers, signed as the company's own system would. */

import { createPrivateKey, sign } from "node:crypto";

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function signToken(
  pkcs8Base64: string,
  kid: string,
  customer: string,
  seconds: number,
  claims: object = {},
): string {
  const key = createPrivateKey({
    key: Buffer.from(pkcs8Base64, "base64"),
    format: "der",
    type: "pkcs8",
  });
  const now = Math.floor(Date.now() / 1000);
  const content = `${part({ typ: "JWT", alg: "EdDSA", kid })}.${part({ ...claims, sub: customer, iat: now, exp: now + seconds })}`;
  return `${content}.${sign(null, Buffer.from(content), key).toString("base64url")}`;
}
