FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY . .
# The build installs from the lock by itself. What only development and the sandbox's own Postgres need goes again.
RUN npm run build && npm prune --omit=dev --omit=optional

FROM node:24-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 3000}/health/live`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# No npm in between: a signal reaches the gateway itself.
CMD ["node", "--max-semi-space-size=64", "dist/gateway.js"]
