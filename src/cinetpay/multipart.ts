/** Reads the text fields of a multipart/form-data body; what is not one is left out, and nothing makes it throw. */
export function multipartFields(raw: Buffer, contentType: string): (name: string) => string | undefined {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const fields = new Map<string, string>();
  for (const part of boundary ? raw.toString('utf8').split(`--${boundary[1] ?? boundary[2]}`) : []) {
    const blank = part.indexOf('\r\n\r\n');
    const name = /;\s*name="([^"]*)"/i.exec(part.slice(0, Math.max(blank, 0)))?.[1];
    if (name === undefined || fields.has(name)) continue;
    fields.set(name, part.slice(blank + 4).replace(/\r\n$/, ''));
  }
  return (name) => fields.get(name);
}
