# Plain enough for docker, podman and buildah. BASE is any Debian 12 or newer.
ARG BASE=docker.io/library/debian:bookworm-slim

FROM ${BASE} AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3-venv \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src
RUN python3 -m venv /opt/duban
COPY requirements-run.lock ./
RUN /opt/duban/bin/pip install --no-cache-dir --only-binary=:all: --require-hashes -r requirements-run.lock
COPY LICENSE README.md pyproject.toml ./
COPY alerts alerts
COPY checks checks
COPY monitor monitor
# pip and setuptools stay behind: the last stage has nothing to build or install with
RUN /opt/duban/bin/pip install --no-cache-dir --no-deps . \
    && /opt/duban/bin/pip uninstall -y setuptools pip

FROM ${BASE}
LABEL org.opencontainers.image.title="duban" \
      org.opencontainers.image.description="督办: keeps government websites to their word" \
      org.opencontainers.image.licenses="Apache-2.0"
# Chromium shows what plain HTTP cannot read; BROWSER="" leaves it out, and such pages are blind then.
# libatomic1 is for the driver that starts it.
ARG BROWSER="chromium-headless-shell fonts-noto-cjk libatomic1"
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates python3 ${BROWSER} \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --home-dir /data --shell /usr/sbin/nologin duban \
    && install -d -o duban -g duban /data
COPY --from=build /opt/duban /opt/duban

# targets.toml lies in /data, and so does what duban writes (var/). The metrics carry no titles and no
# addresses of pages, so they may listen on all of the container's interfaces; publish 8080 on loopback only.
ENV PATH=/opt/duban/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DUBAN_CONFIG=/data/targets.toml \
    DUBAN_LISTEN=0.0.0.0:8080 \
    DUBAN_METRICS=0.0.0.0:9464
WORKDIR /data
VOLUME /data
EXPOSE 8080 9464
USER duban
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python3", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:9464/healthz', timeout=4)"]
ENTRYPOINT ["duban"]
CMD ["run"]
