// What this device keeps of one account's pages, by its owner's choice: « keys » and « copy ». The worker and the pages share it.
// A copy is written with a key of its own, which only the private key opens. The private key never leaves the browser; where the
// device can (WebAuthn's PRF), it is kept encrypted with what the device gives after a finger, a face or a code.
globalThis.offlineStore = (() => {
  const NAME = "pages-gardees";
  const RSA = { name: "RSA-OAEP", hash: "SHA-256" };
  const AES = { name: "AES-GCM", length: 256 };
  const random = (count) => crypto.getRandomValues(new Uint8Array(count));
  const result = (asked) =>
    new Promise((resolve, reject) => {
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  async function within(mode, work) {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => asked.result.createObjectStore("table");
    const database = await result(asked);
    database.onversionchange = () => database.close(); // it is being erased
    try {
      return await work(database.transaction("table", mode).objectStore("table"));
    } finally {
      database.close();
    }
  }
  const read = (name) => within("readonly", (table) => result(table.get(name)));
  const drop = (name) => within("readwrite", (table) => result(table.delete(name)));
  // One transaction: what was erased meanwhile does not come back.
  const put = (copy) =>
    within("readwrite", async (table) => {
      if (await result(table.get("keys"))) await result(table.put(copy, "copy"));
    });

  async function lockKey(secret) {
    const base = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode("offline pages") };
    return crypto.subtle.deriveKey(how, base, AES, false, ["wrapKey", "unwrapKey"]);
  }
  // `lock`: { credential, salt, secret } of the device, or nothing.
  async function makeKeys(lock) {
    const how = { ...RSA, modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) };
    const pair = await crypto.subtle.generateKey(how, Boolean(lock), ["wrapKey", "unwrapKey"]);
    const keys = { publicKey: pair.publicKey };
    if (lock) {
      const iv = random(12);
      const bytes = await crypto.subtle.wrapKey("pkcs8", pair.privateKey, await lockKey(lock.secret), { name: "AES-GCM", iv });
      keys.locked = { iv, bytes, credential: lock.credential, salt: lock.salt };
    } else keys.privateKey = pair.privateKey;
    await within("readwrite", async (table) => {
      await result(table.clear());
      await result(table.put(keys, "keys"));
    });
  }
  async function unlocked(keys, secret) {
    if (!keys.locked) return keys.privateKey;
    const { iv, bytes } = keys.locked;
    return crypto.subtle.unwrapKey("pkcs8", bytes, await lockKey(secret), { name: "AES-GCM", iv }, RSA, false, ["unwrapKey"]);
  }
  async function store(keys, text) {
    const key = await crypto.subtle.generateKey(AES, true, ["encrypt"]);
    const iv = random(12);
    const bytes = await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, new TextEncoder().encode(text));
    const wrapped = await crypto.subtle.wrapKey("raw", key, keys.publicKey, RSA);
    await put({ asked: Date.now(), iv, bytes, wrapped });
  }
  async function open(copy, privateKey) {
    const key = await crypto.subtle.unwrapKey("raw", copy.wrapped, privateKey, RSA, AES, false, ["decrypt"]);
    return new TextDecoder().decode(await crypto.subtle.decrypt({ name: "AES-GCM", iv: copy.iv }, key, copy.bytes));
  }
  const isOld = (copy, days) => Math.abs(Date.now() - copy.asked) > days * 86400000; // a clock set back prolongs nothing
  async function erase() {
    await within("readwrite", (table) => result(table.clear())).catch(() => null);
    indexedDB.deleteDatabase(NAME);
  }
  return { random, read, drop, makeKeys, unlocked, store, open, isOld, erase };
})();
