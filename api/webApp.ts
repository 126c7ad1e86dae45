import { existsSync } from 'node:fs';
import { join } from 'node:path';
import compression from 'compression';
import express, { Router } from 'express';
import helmet from 'helmet';
import { AppError } from '@leadline/contract/errors.ts';

const HASHED = /[-.][A-Za-z0-9_]{8,}\.(?:js|css|woff2?|svg|png|jpg|webp)$/;
const YEAR_S = 31_536_000;

/** Headers that keep the app to itself: everything comes from here, and nothing may frame it. */
export function securityHeaders(publicUrl: string) {
  const isHttps = publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        // Angular puts the styles of its components into <style> elements.
        styleSrc: ["'self'", "'unsafe-inline'"],
        fontSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        connectSrc: ["'self'"],
        frameAncestors: ["'none'"],
        upgradeInsecureRequests: isHttps ? [] : null,
      },
    },
    strictTransportSecurity: isHttps,
    xFrameOptions: { action: 'deny' },
  });
}

/** The built Angular app: files by name, and `index.html` for its own routes. */
export function webApp(folder: string): Router {
  const router = Router();
  router.use(compression());
  router.use(
    express.static(folder, {
      index: false,
      setHeaders: (response, path) => {
        response.setHeader('Cache-Control', HASHED.test(path) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache');
      },
    }),
  );
  router.get(/^\/(?!api\/|webhooks\/|socket\.io\/)(?:[^.]*)$/, (_request, response, next) => {
    const index = join(folder, 'index.html');
    if (!existsSync(index)) {
      next(new AppError('not-found', 'The app is not built yet: run `npm run build`.'));
      return;
    }
    response.setHeader('Cache-Control', 'no-cache');
    response.sendFile(index);
  });
  return router;
}
