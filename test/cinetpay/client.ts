import { Test } from '@nestjs/testing';
import type { TestingModule } from '@nestjs/testing';
import { createServer } from 'node:http';
import type { RequestListener } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';
import { CinetpayClient } from '../../src/cinetpay/cinetpay.client';
import { CinetpayModule } from '../../src/cinetpay/cinetpay.module';
import { CommonModule } from '../../src/common/common.module';
import { CrashPoints } from '../../src/common/crash-points';
import { configureLogger } from '../../src/common/logger';
import { Secret } from '../../src/common/secret';
import { Config, SiteConfig } from '../../src/config/config';
import { ConfigModule } from '../../src/config/config.module';

export const APIKEY = '1234canary5678apikey.87654321';

/** A site with credentials that must turn up nowhere. */
export function site(fields: Partial<SiteConfig> = {}): SiteConfig {
  const credentials = { apikey: new Secret(APIKEY), secret_key: new Secret('test-secret-key') };
  return Object.assign(new SiteConfig(), { site_id: '123456', currency: 'XOF', ...credentials, ...fields });
}

/** The client as the application builds it, speaking to `baseUrl`. */
// The log is not what these tests read.
configureLogger('silent');

export async function startClient(
  baseUrl: string,
  timeoutMs = 400,
): Promise<{ client: CinetpayClient; module: TestingModule }> {
  const config = Object.assign(new Config(), { cinetpayBaseUrl: baseUrl, cinetpayTimeoutMs: timeoutMs });
  const module = await Test.createTestingModule({
    imports: [ConfigModule.with(config), CommonModule.with(new CrashPoints()), CinetpayModule],
  }).compile();
  return { client: module.get(CinetpayClient), module };
}

export interface Running {
  url: string;
  port: number;
  close: () => void;
}

/** An HTTP server that answers as the test says. */
export async function httpServer(listener: RequestListener): Promise<Running> {
  return listening(createServer(listener));
}

/** A server one level lower, for what no HTTP server would do. */
export async function tcpServer(connection: (socket: Socket) => void): Promise<Running> {
  return listening(createTcpServer(connection));
}

async function listening(server: Server): Promise<Running> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = (): void => {
    server.close();
    sockets.forEach((socket) => socket.destroy());
  };
  return { url: `http://127.0.0.1:${port}`, port, close };
}
