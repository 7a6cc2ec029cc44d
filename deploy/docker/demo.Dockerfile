# The demo: prints campaign KPIs of simulated platforms, and ends.  From the top of
# the sources:
#   docker build -f deploy/docker/demo.Dockerfile -t adpipe-demo . && docker run --rm adpipe-demo
# Service "simulator" of deploy/compose.yaml runs the platforms alone.
FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends build-essential ca-certificates \
        libcurl4-openssl-dev libjansson-dev libssl-dev openssl perl pkg-config postgresql \
        postgresql-server-dev-all procps python3 zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /src/adpipe
COPY . .
RUN make --silent -j2 && chown -R postgres /src/adpipe
USER postgres
EXPOSE 8080
CMD ["make", "demo"]
