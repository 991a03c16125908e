// Well-formed files of each format in a few bytes, to be cut and garbled by tests. No file has padding at its end.

const latin = (text: string): Buffer => Buffer.from(text, "latin1");

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** A box of MP4; with `isLong` its size takes 64 bits. */
export function box(type: string, content: Buffer = Buffer.alloc(0), isLong = false): Buffer {
  if (!isLong) return Buffer.concat([u32(8 + content.length), latin(type), content]);
  return Buffer.concat([u32(1), latin(type), u32(0), u32(16 + content.length), content]);
}

export function jpegOf(pixels: Buffer): Buffer {
  const preview = latin("\xff\xe1\x00\x0bExif\0\xff\xd8\xff\xd9");
  const scan = latin("\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00");
  // In the pixels 0xff is followed by a zero.
  const stuffed = latin(pixels.toString("latin1").replaceAll("\xff", "\xff\0"));
  return Buffer.concat([latin("\xff\xd8"), preview, scan, stuffed, latin("\xff\xd9")]);
}

export function pngOf(pixels: Buffer): Buffer {
  const chunk = (type: string, content: Buffer): Buffer =>
    Buffer.concat([u32(content.length), latin(type), content, Buffer.alloc(4)]);
  return Buffer.concat([
    latin("\x89PNG\r\n\x1a\n"),
    chunk("IHDR", Buffer.alloc(13)),
    chunk("IDAT", pixels),
    latin("\0\0\0\0IEND\xaeB`\x82"),
  ]);
}

export function gifOf(pixels: Buffer): Buffer {
  const blocks: Buffer[] = [];
  for (let at = 0; at < pixels.length; at += 255) {
    const part = pixels.subarray(at, at + 255);
    blocks.push(Buffer.from([part.length]), part);
  }
  return Buffer.concat([
    latin("GIF89a\x01\0\x01\0\x80\0\0abcdef"),
    latin("!\xf9\x04\0\0\0\0\0,\0\0\0\0\x01\0\x01\0\0\x02"),
    ...blocks,
    latin("\0;"),
  ]);
}

export function webpOf(pixels: Buffer): Buffer {
  const head = latin("RIFF\0\0\0\0WEBPVP8 ");
  head.writeUInt32LE(8 + pixels.length, 4);
  return Buffer.concat([head, pixels]);
}

/** One column of 32 bits a pixel: as many rows as the bytes fill. */
export function bmpOf(pixels: Buffer, promisedBytes?: number): Buffer {
  const rows = Math.floor(pixels.length / 4);
  const head = Buffer.alloc(54);
  head.write("BM", "latin1");
  head.writeUInt32LE(promisedBytes ?? 54 + rows * 4, 2);
  head.writeUInt32LE(54, 10);
  head.writeUInt32LE(40, 14);
  head.writeInt32LE(1, 18);
  head.writeInt32LE(-rows, 22);
  head.writeUInt16LE(1, 26);
  head.writeUInt16LE(32, 28);
  return Buffer.concat([head, pixels.subarray(0, rows * 4)]);
}

export interface TiffForm {
  readonly isLittle: boolean;
  readonly isBig: boolean;
  /** Whether the directory comes before the pixels. */
  readonly isDirectoryFirst: boolean;
  readonly compression: number;
}

/** One row of 8 bits a pixel, in one strip. */
export function tiffOf(pixels: Buffer, form: TiffForm): Buffer {
  const { isLittle, isBig, isDirectoryFirst } = form;
  const wide = isBig ? 8 : 4;
  const number = (value: number, length: number): Buffer => {
    const bytes = Buffer.alloc(8);
    bytes.writeUInt32LE(value);
    return isLittle ? bytes.subarray(0, length) : bytes.subarray(0, length).reverse();
  };
  const headBytes = isBig ? 16 : 8;
  const directoryBytes = (isBig ? 8 : 2) + 5 * (4 + 2 * wide) + wide;
  const pixelsAt = isDirectoryFirst ? headBytes + directoryBytes : headBytes;
  const directoryAt = isDirectoryFirst ? headBytes : headBytes + pixels.length;
  const entry = (tag: number, value: number): Buffer =>
    Buffer.concat([
      number(tag, 2),
      number(isBig ? 16 : 4, 2),
      number(1, wide),
      number(value, wide),
    ]);
  const directory = Buffer.concat([
    number(5, isBig ? 8 : 2),
    entry(256, pixels.length),
    entry(257, 1),
    entry(258, 8),
    entry(273, pixelsAt),
    entry(279, pixels.length),
    number(0, wide),
  ]);
  // Compressed otherwise than by the old JPEG form: its tag is put in place of that of the row's bits, which then don't count.
  if (form.compression !== 1) {
    const at = (isBig ? 8 : 2) + 2 * (4 + 2 * wide);
    entry(259, form.compression).copy(directory, at);
  }
  const head = Buffer.concat([
    latin(isLittle ? "II" : "MM"),
    number(isBig ? 43 : 42, 2),
    ...(isBig ? [number(8, 2), number(0, 2)] : []),
    number(directoryAt, wide),
  ]);
  return Buffer.concat(isDirectoryFirst ? [head, directory, pixels] : [head, pixels, directory]);
}

export function mp4Of(media: Buffer, form: { isIndexFirst: boolean; isLong: boolean }): Buffer {
  const moov = box("moov", box("mvhd", Buffer.alloc(20)));
  const mdat = box("mdat", media, form.isLong);
  const rest = form.isIndexFirst ? [moov, mdat] : [box("wide"), mdat, moov];
  return Buffer.concat([box("ftyp", latin("isom\0\0\x02\0isommp41")), ...rest]);
}

export function heifOf(pixels: Buffer): Buffer {
  const meta = box("meta", Buffer.concat([u32(0), box("hdlr", Buffer.alloc(24))]));
  return Buffer.concat([box("ftyp", latin("heic\0\0\0\0mif1heic")), meta, box("mdat", pixels)]);
}

/** A segment of known length, its size written in `sizeBytes` bytes. */
export function matroskaOf(content: Buffer, sizeBytes: number): Buffer {
  const size = Buffer.alloc(8);
  size.writeUInt32BE(content.length, 4);
  const length = size.subarray(8 - sizeBytes);
  length.writeUInt8(length.readUInt8(0) | (0x80 >> (sizeBytes - 1)));
  return Buffer.concat([
    latin("\x1aE\xdf\xa3\x84B\x82\x81x"),
    latin("\x18S\x80g"),
    length,
    content,
  ]);
}

export function mcapOf(records: Buffer): Buffer {
  return Buffer.concat([latin("\x89MCAP0\r\n"), records, latin("\x89MCAP0\r\n")]);
}

/** Points of a double and a byte: as many as the bytes fill. */
export function plyOf(points: Buffer, eol: string): Buffer {
  const count = Math.floor(points.length / 9);
  const lines = [
    "ply",
    "format binary_little_endian 1.0",
    "comment element vertex 1000000",
    `element vertex ${count}`,
    "property double x",
    "property uchar red",
    "end_header",
  ];
  return Buffer.concat([
    latin(lines.map((line) => line + eol).join("")),
    points.subarray(0, count * 9),
  ]);
}

const plyHead = (lines: readonly string[], eol: string): Buffer =>
  latin(["ply", ...lines, "end_header"].map((line) => line + eol).join(""));

/** A text of points, a line each, and of a face for each two of them. The last number has three digits. */
export function textPlyOf(points: Buffer, eol: string): Buffer {
  const faces = Math.floor(points.length / 2);
  const head = plyHead(
    [
      "format ascii 1.0",
      `element vertex ${points.length}`,
      "property float x",
      "property float y",
      `element face ${faces}`,
      "property list uchar int vertex_indices",
    ],
    eol,
  );
  const lines = [
    ...[...points].map((x) => `${x} 0.5`),
    ...Array.from({ length: faces }, (_, n) => `3 0 1 ${100 + (n % 900)}`),
  ];
  return Buffer.concat([head, latin(lines.map((line) => line + eol).join(""))]);
}

/** Faces of three and four corners, in one byte order or the other. */
export function meshPlyOf(corners: Buffer, isBig: boolean): Buffer {
  const faces = [...corners].map((corner) => {
    const face = Buffer.alloc(2 + 2 * (3 + (corner % 2)));
    if (isBig) face.writeUInt16BE(3 + (corner % 2));
    else face.writeUInt16LE(3 + (corner % 2));
    return face.fill(corner, 2);
  });
  const head = plyHead(
    [
      `format binary_${isBig ? "big" : "little"}_endian 1.0`,
      "element vertex 1",
      "property uchar x",
      `element face ${faces.length}`,
      "property list ushort short vertex_indices",
    ],
    "\n",
  );
  return Buffer.concat([head, latin("v"), ...faces]);
}

/**
 * Not compressed, each four pixels sharing their colour, as cameras write it: with the tag that says so, or without, which
 * means the same. Its length is that of the whole picture, as if every pixel had its own.
 */
export function subsampledTiffOf(pixels: Buffer, hasTag: boolean): Buffer {
  const columns = 2 * Math.ceil(pixels.length / 12);
  const rows = 4;
  const raw = Buffer.alloc((columns / 2) * (rows / 2) * 6, pixels);
  const tags = [
    [256, columns],
    [257, rows],
    [258, 8],
    [259, 1],
    [262, 6],
    [273, 0],
    [277, 3],
    [279, columns * rows * 3],
    ...(hasTag ? [[530, 2 + 2 * 65_536]] : []),
  ] as const;
  const at = 8 + 2 + tags.length * 12 + 4;
  const directory = Buffer.alloc(at - 8);
  directory.writeUInt16LE(tags.length);
  tags.forEach(([tag = 0, value = 0], n) => {
    const isPair = tag === 530;
    directory.writeUInt16LE(tag, 2 + n * 12);
    directory.writeUInt16LE(isPair ? 3 : 4, 4 + n * 12);
    directory.writeUInt32LE(isPair ? 2 : 1, 6 + n * 12);
    directory.writeUInt32LE(tag === 273 ? at : value, 10 + n * 12);
  });
  return Buffer.concat([latin("II*\0\x08\0\0\0"), directory, raw]);
}
