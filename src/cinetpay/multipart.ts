/** Reads the text fields of a multipart/form-data body as they come; what is not one is left out, and nothing makes it throw. */
export function multipartFields(raw: Buffer, contentType: string): [name: string, text: string][] {
  const boundary = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType);
  const fields: [string, string][] = [];
  for (const part of boundary ? raw.toString('utf8').split(`--${boundary[1] ?? boundary[2]}`) : []) {
    const blank = part.indexOf('\r\n\r\n');
    const name = /;\s*name="([^"]*)"/i.exec(part.slice(0, Math.max(blank, 0)))?.[1];
    if (name !== undefined) fields.push([name, part.slice(blank + 4).replace(/\r\n$/, '')]);
  }
  return fields;
}
