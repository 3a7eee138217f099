# The host in a container. Its user has no rights, and it writes to /data only, so the root file system may be read-only.
FROM node:22-bookworm AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# SQLite's driver brings a prebuilt binary. Where it cannot be downloaded, this image has what compiles it.
RUN npm ci
COPY . .
RUN npm run build
RUN node deploy/host-packages.mjs packages
# The files of a checkout may be closed to other users, and the host is one.
RUN chmod -R a+rX package.json LICENSE dist packages

FROM node:22-bookworm-slim
WORKDIR /app
# A new volume takes owner and mode from these folders.
RUN install -d -m 0700 -o 1000 -g 1000 /data /media
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/packages ./node_modules
COPY --from=build /app/dist ./dist
# SQLite keeps large sorts in TMPDIR for a moment, and they hold what its files hold.
ENV NODE_ENV=production HOST=0.0.0.0 DATA_DIR=/data TMPDIR=/data DEMO=off
USER 1000:1000
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "dist/host/server/commands/health.js"]
# Node itself gets SIGTERM. Give it 30 seconds to stop (docker run --stop-timeout 30).
CMD ["node", "dist/host/server/main.js"]
