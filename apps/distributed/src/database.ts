import { createHmac } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, escapeIdentifier, escapeLiteral } from 'pg';
import { root, services, type Service } from './plan.js';
import { ProcessError } from './process-error.js';

const rolesFile = join(root, 'deploy/postgres/roles.sql');

/**
 * Makes the services' roles and schemas, and lets the roles in.
 * @param url of a role that may make roles
 * @returns the same database as each service's own role
 * @throws ProcessError it cannot be reached, or that role may not
 */
export async function prepareDatabase(url: string): Promise<Record<Service, string>> {
  const roles = services.map((service) => ({
    service,
    role: `hawser_${service}`,
    password: passwordOf(url, service),
  }));
  const logins = roles.map(({ role, password }) => {
    const secret = password === '' ? '' : ` PASSWORD ${escapeLiteral(password)}`;
    return `ALTER ROLE ${escapeIdentifier(role)} LOGIN${secret};`;
  });
  await run(url, [await readFile(rolesFile, 'utf8'), ...logins]);
  const urls = roles.map(({ service, role, password }) => [service, urlAs(url, role, password)]);
  return Object.fromEntries(urls) as Record<Service, string>;
}

async function run(url: string, scripts: string[]): Promise<void> {
  const client = new Client({ connectionString: url });
  try {
    await client.connect();
    for (const script of scripts) await client.query(script);
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException;
    // An attempt at several addresses fails without a message of its own.
    throw new ProcessError(`the services' roles cannot be made in the database: ${message || code}`);
  } finally {
    await client.end();
  }
}

/** The same address for somebody else. */
export function urlAs(url: string, user: string, password: string): string {
  const changed = new URL(url);
  changed.username = user;
  changed.password = password;
  return changed.href;
}

/**
 * Follows from the given URL's password, so that nothing has to be kept and several systems on one server agree; empty
 * where that has none because the server asks for none.
 */
export function passwordOf(url: string, service: Service): string {
  const { password } = new URL(url);
  return password === ''
    ? ''
    : createHmac('sha256', password).update(`hawser ${service}`).digest('base64url');
}
