# The server with everything embedded. Data is kept in /data.
#   docker build -t headwater . && docker run -p 8787:8787 -v headwater:/data headwater
FROM node:24-bookworm-slim AS console
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY contract/package.json contract/
COPY client/package.json client/
COPY console/package.json console/
COPY scripts/prepare.mjs scripts/
RUN npm ci --workspace console --workspace contract --workspace client --include-workspace-root
COPY tsconfig.json ./
COPY contract contract
COPY client client
COPY console console
RUN npm run build

FROM node:24-bookworm-slim

# A PostgreSQL server of the distribution is preferred over the one that npm carries: it gets security updates.
RUN apt-get update \
  && apt-get install -y --no-install-recommends postgresql-15 tini \
  && rm -rf /var/lib/apt/lists/* \
  && useradd --system --create-home --home-dir /data --uid 10001 headwater \
  && install -d -o headwater /lake

WORKDIR /app
COPY package.json package-lock.json .npmrc ./
COPY contract/package.json contract/
COPY client/package.json client/
COPY server/package.json server/
COPY cli/package.json cli/
COPY testkit/package.json testkit/
COPY demo/package.json demo/
COPY console/package.json console/
COPY scripts/prepare.mjs scripts/
RUN npm ci --omit=dev --workspace server --workspace cli --workspace contract --workspace client --include-workspace-root \
  && npm cache clean --force
COPY contract contract
COPY server server
COPY cli cli
COPY client client
COPY --from=console /app/console/dist console/dist

USER headwater
ENV HEADWATER_DATA_DIR=/data \
    HEADWATER_HOST=0.0.0.0 \
    HEADWATER_PORT=8787 \
    MALLOC_ARENA_MAX=1
EXPOSE 8787
VOLUME /data /lake
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s \
  CMD node -e "fetch('http://127.0.0.1:8787/health/ready').then(r=>process.exit(r.ok?0:1),()=>process.exit(1))"
ENTRYPOINT ["tini", "--"]
CMD ["node", "--max-semi-space-size=4", "server/src/boot/main.ts"]
