# The program in a small image: static, without a shell, not as root. `docker build -t kms-conformance .`
#
#   docker run --rm -p 8080:8080 kms-conformance                     the mock
#   docker run --rm kms-conformance run --endpoint http://kms:8080 --target-kind emulator --reports /reports
FROM rust:1-alpine AS build
# A C compiler and its headers for the cryptography.
RUN apk add --no-cache ca-certificates musl-dev gcc g++ make cmake perl linux-headers
WORKDIR /source
COPY Cargo.toml Cargo.lock build.rs ./
COPY .cargo .cargo
COPY src src
COPY cases cases
COPY benches benches
COPY examples examples
COPY tests tests
COPY README.md ./
RUN --mount=type=cache,target=/usr/local/cargo/registry --mount=type=cache,target=/source/target \
    cargo build --locked --profile dist --bin kms-conformance && cp target/dist/kms-conformance /kms-conformance \
    && mkdir /reports && chown 65532:65532 /reports

FROM scratch
# For TLS to an account of a cloud; --ca-file trusts others too.
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /kms-conformance /kms-conformance
COPY --from=build --chown=65532:65532 /reports /reports
USER 65532:65532
EXPOSE 8080
HEALTHCHECK --interval=5s --timeout=3s --start-period=5s CMD ["/kms-conformance", "mock", "--check-health", "127.0.0.1:8080"]
ENTRYPOINT ["/kms-conformance"]
CMD ["mock", "--listen", "0.0.0.0:8080"]
