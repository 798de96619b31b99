// What makes a photographed document hard to read, seen before it is sent. The measure is that of the server (data/uploads/pictures.py),
// which looks again; here a photograph must be worse to be remarked.
const SIDE = 1600;
const TILES = 8;
const DARK = 55;
const BLURRED = 45;
const MOST_PIXELS = 60e6; // a telephone has no memory for more

// « sombre », « flou », or nothing: also of what the browser cannot draw.
export async function looks(file) {
  if (!file.type.startsWith("image/")) return "";
  const image = new Image();
  image.src = URL.createObjectURL(file);
  try {
    await image.decode();
    return image.naturalWidth * image.naturalHeight > MOST_PIXELS ? "" : judged(grey(image));
  } catch {
    return "";
  } finally {
    URL.revokeObjectURL(image.src);
  }
}

function grey(image) {
  const scale = Math.min(1, SIDE / Math.max(image.naturalWidth, image.naturalHeight));
  const [wide, high] = [image.naturalWidth, image.naturalHeight].map((side) => Math.max(1, Math.round(side * scale)));
  const canvas = Object.assign(document.createElement("canvas"), { width: wide, height: high });
  const drawn = canvas.getContext("2d", { willReadFrequently: true });
  drawn.imageSmoothingQuality = "high";
  drawn.fillStyle = "white";
  drawn.fillRect(0, 0, wide, high);
  drawn.drawImage(image, 0, 0, wide, high);
  const { data } = drawn.getImageData(0, 0, wide, high);
  const light = new Float32Array(wide * high);
  for (let at = 0; at < light.length; at++) light[at] = 0.299 * data[4 * at] + 0.587 * data[4 * at + 1] + 0.114 * data[4 * at + 2];
  return { light, wide, high };
}

function judged({ light, wide, high }) {
  if (Math.min(wide, high) < TILES * 8) return "";
  if (light.reduce((sum, each) => sum + each, 0) / light.length < DARK) return "sombre";
  const sharpest = Math.max(...tiles(wide, high).map((tile) => variance(light, wide, tile)));
  return sharpest >= 1 && sharpest < BLURRED ? "flou" : "";
}

function tiles(wide, high) {
  const [across, down] = [Math.floor(wide / TILES), Math.floor(high / TILES)];
  return Array.from({ length: TILES * TILES }, (_, at) => {
    const [left, top] = [(at % TILES) * across, Math.floor(at / TILES) * down];
    return { left: left + 1, top: top + 1, right: left + across - 1, bottom: top + down - 1 };
  });
}

// Of the Laplacian: great where there are edges.
function variance(light, wide, { left, top, right, bottom }) {
  let [sum, squares] = [0, 0];
  for (let y = top; y < bottom; y++)
    for (let x = left; x < right; x++) {
      const at = y * wide + x;
      const edge = light[at - 1] + light[at + 1] + light[at - wide] + light[at + wide] - 4 * light[at];
      sum += edge;
      squares += edge * edge;
    }
  const count = (right - left) * (bottom - top);
  return squares / count - (sum / count) ** 2;
}
