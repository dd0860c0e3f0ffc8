# The program and nothing else:  docker build -t simrun .  &&  docker run --rm -v "$PWD:/work" simrun model.onnx --fps
FROM swift:6.3-bookworm AS build
WORKDIR /src
COPY . .
RUN apt-get update && apt-get install -y python3-venv xz-utils binutils git && scripts/wheel -o /dist

FROM debian:bookworm-slim
COPY --from=build /src/.build/wheel/simrun /usr/local/bin/simrun
WORKDIR /work
ENTRYPOINT ["simrun"]
