export function directionOf(locale: string): "rtl" | "ltr" {
  return /^(ar|dv|fa|he|ps|sd|ug|ur|yi)\b/i.test(locale) ? "rtl" : "ltr";
}
