// The small texts: ages, lengths, cut values, removals.
import { describe, expect, it } from "vitest";
import { apart, compare, inTwo } from "../parts/shorten";
import { aroundSecrets, asText } from "../parts/requests";
import { layOut } from "../parts/picture";
import { connections } from "../examples/connection";
import { request } from "../examples/frame";
import { age, lasting, took } from "../words";

const NOW = Date.UTC(2026, 10, 22, 14, 31, 32);

describe("times", () => {
  it.each([
    [1, "just now"],
    [12, "12 s ago"],
    [59, "59 s ago"],
    [60, "1 min ago"],
    [3_600, "1 h ago"],
    [-5, "just now"],
    [3 * 86_400, "on 19 Nov 2026"],
  ])("%i s before is %s", (seconds, words) => expect(age(NOW, NOW - seconds * 1000)).toBe(words));

  it.each([
    [24_000, "24 s"],
    [276_000, "4 min 36 s"],
    [-1, "0 s"],
  ])("%i ms last %s", (ms, words) => expect(lasting(ms)).toBe(words));

  it("gives milliseconds and seconds", () => expect([took(118), took(1900)]).toEqual(["118 ms", "1.9 s"]));
});

describe("long values", () => {
  it("leaves a short one whole", () => expect(inTwo("lockstep:contoso-7f3a")).toEqual(["lockstep:contoso-7f3a", ""]));
  it("never loses a letter", () => {
    const url = "https://login.microsoftonline.com/8f2c1d64-5b7e-4c1a-9e53-0d6a7b42c9f1/saml2";
    expect(inTwo(url).join("")).toBe(url);
    expect(inTwo(url)[1]).toMatch(/\/saml2$/);
  });
  it("shows both ends of a certificate", () => {
    const pem = "-----BEGIN CERTIFICATE-----\nMIIC8DCCAdigAwIBAgIQ\n-----END CERTIFICATE-----\n";
    expect(inTwo(pem)[1]).toBe("-----END CERTIFICATE-----");
    expect(inTwo(pem)[0]).toMatch(/^-----BEGIN/);
  });
});

describe("two values", () => {
  const text = (pieces: { text: string; differs: boolean }[]) => pieces.map((piece) => (piece.differs ? `[${piece.text}]` : piece.text)).join("");
  it.each([
    ["abc", "abcdef", "abc", "abc[def]"],
    ["a-x-c", "a-y-c", "a-[x]-c", "a-[y]-c"],
    ["same", "same", "same", "same"],
    ["", "all", "", "[all]"],
    ["aa", "aaa", "aa", "aa[a]"],
  ])("%s and %s", (yours, expected, a, b) => {
    const both = compare(yours, expected);
    expect([text(both.yours), text(both.expected)]).toEqual([a, b]);
  });
});

describe("two values where few letters fit", () => {
  const URL = "https://auth.example/saml";
  it.each([
    ["5A3F…9C41", "B208…07E2", "5A3F…9C41", "B208…07E2"],
    [`${URL}/one-of-them`, `${URL}/one-of-those`, "…mple/saml/one-of-them", "…ple/saml/one-of-those"],
    [`${URL}/callback`, `${URL}/callback?connection=saml-1`, "…example/saml/callback", "…llback?connection=sa…"],
    ["http://sts.example/8f2c5d1e/", "urn:something-quite-different", "http://sts.example/8f…", "urn:something-quite-d…"],
  ])("%s beside %s", (one, other, a, b) => {
    expect([apart(one, other), apart(other, one)]).toEqual([a, b]);
  });
});

describe("requests", () => {
  it("finds where a secret was removed", () => {
    expect(aroundSecrets("authorization: Bearer ***\n\n{}")).toEqual(["authorization: Bearer ", "\n\n{}"]);
    expect(aroundSecrets("{}")).toEqual(["{}"]);
  });
  it("copies a request without an answer, too", () => {
    expect(asText({ ...request(1, "GET", "/me", null, "fail", "", 5), sent: "" })).toBe("GET https://graph.microsoft.com/v1.0/me");
  });
});

it("draws a rule between single sign-on and provisioning, and room for values that differ", () => {
  const laid = layOut(connections["connection"]!.open!.picture);
  expect(laid.rules).toHaveLength(1);
  const ys = laid.wires.map((one) => one.y);
  expect(ys).toEqual([...ys].sort((a, b) => a - b));
  expect(ys[3]! - ys[2]!).toBeGreaterThan(ys[1]! - ys[0]!);
  expect(laid.height).toBeGreaterThan(ys.at(-1)!);
});
