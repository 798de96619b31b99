// The device's own lock (WebAuthn): it gives a secret of 32 bytes after a finger, a face or a code, where it has PRF.
const { random } = globalThis.offlineStore;
const USER = { userVerification: "required" };

export async function canLock() {
  if (!globalThis.PublicKeyCredential) return false;
  const can = await PublicKeyCredential.getClientCapabilities?.().catch(() => ({}));
  if (can?.["extension:prf"] === false) return false;
  return PublicKeyCredential.isUserVerifyingPlatformAuthenticatorAvailable().catch(() => false);
}

// { credential, salt, secret }; an error where the person or the device declines.
export async function makeLock(portal, name) {
  const salt = random(32);
  const made = await navigator.credentials.create({
    publicKey: {
      rp: { name: portal },
      user: { id: random(16), name, displayName: name },
      challenge: random(32),
      pubKeyCredParams: [-7, -257].map((alg) => ({ type: "public-key", alg })),
      authenticatorSelection: { authenticatorAttachment: "platform", residentKey: "preferred", ...USER },
      extensions: { prf: { eval: { first: salt } } },
    },
  });
  const { prf } = made.getClientExtensionResults();
  if (!prf?.enabled) throw new Error("no PRF");
  const credential = made.rawId;
  return { credential, salt, secret: prf.results?.first ?? (await openLock({ credential, salt })) };
}

export async function openLock({ credential, salt }) {
  const shown = await navigator.credentials.get({
    publicKey: {
      challenge: random(32),
      allowCredentials: [{ type: "public-key", id: credential }],
      extensions: { prf: { eval: { first: salt } } },
      ...USER,
    },
  });
  return shown.getClientExtensionResults().prf.results.first;
}
