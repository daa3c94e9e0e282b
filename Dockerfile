# Two images: the whole product (the last stage, the default), and "inference", which serves and cannot train:
#   docker build --target inference .
# The C++ runtime of the base images (Ubuntu 24.04) is new enough for libtorch: nothing of ./flts is needed in here.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY global.json Directory.Build.props Directory.Packages.props ./
COPY FLTS.Modules/FLTS.Modules.csproj FLTS.Modules/
COPY FLTS.Modules/Forecasting/FLTS.Forecasting.csproj FLTS.Modules/Forecasting/
COPY FLTS.Host/FLTS.Host.csproj FLTS.Host/

FROM build AS publish-inference
# Without libtorch and the other native libraries that only training needs, and compiled ahead of time: replicas start fast.
RUN dotnet restore FLTS.Host/FLTS.Host.csproj --runtime linux-x64 -p:FltsTrainers=false -p:PublishReadyToRun=true
COPY .editorconfig appsettings.json ./
COPY FLTS.Modules/ FLTS.Modules/
COPY FLTS.Host/ FLTS.Host/
RUN dotnet publish FLTS.Host/FLTS.Host.csproj --configuration Release --runtime linux-x64 --no-self-contained \
    --no-restore -p:FltsTrainers=false -p:PublishReadyToRun=true --output /app && rm -f /app/*.xml

FROM build AS publish
# Packages first: this layer, the largest to fetch, changes only when a project file does.
RUN dotnet restore FLTS.Host/FLTS.Host.csproj --runtime linux-x64
COPY .editorconfig appsettings.json ./
COPY FLTS.Modules/ FLTS.Modules/
COPY FLTS.Host/ FLTS.Host/
# With a runtime named, only its native libraries go along; of libtorch's, none that only Python or its own tests load (35 MB).
# Documentation files (*.xml) are for compilers.
RUN dotnet publish FLTS.Host/FLTS.Host.csproj --configuration Release --runtime linux-x64 --no-self-contained \
    --no-restore --output /app && cd /app && rm -f libtorch_python.so libnnapi_backend.so libshm.so libaoti_custom_ops.so \
    libbackend_with_compiler.so libjitbackend_test.so libtorchbind_test.so *.xml

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS inference
WORKDIR /app
RUN mkdir -p /var/lib/flts && chown "${APP_UID:-1654}:${APP_UID:-1654}" /var/lib/flts
COPY --from=publish-inference /app ./
ENV Data__Directory=/var/lib/flts ASPNETCORE_HTTP_PORTS= ASPNETCORE_URLS=http://+:8080 DOTNET_EnableDiagnostics=0 DOTNET_GCgen0size=2000000 \
    Modules__Enabled__0=Inference
EXPOSE 8080
VOLUME /var/lib/flts
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=5 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
USER ${APP_UID:-1654}
ENTRYPOINT ["dotnet", "FLTS.Host.dll"]
CMD ["run", "--json-logs"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0
WORKDIR /app
# OpenMP, which LightGBM's native library is linked with; used when LIGHTGBM is trained. A font: plots would have no letters.
RUN apt-get update && apt-get install -y --no-install-recommends libgomp1 fonts-dejavu-core && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*
# Local staging, caches and, on the embedded default, everything else; a volume in docker-compose.yml.
RUN mkdir -p /var/lib/flts && chown "${APP_UID:-1654}:${APP_UID:-1654}" /var/lib/flts
COPY --from=publish /app ./
ENV Data__Directory=/var/lib/flts ASPNETCORE_HTTP_PORTS= ASPNETCORE_URLS=http://+:8080 DOTNET_EnableDiagnostics=0 DOTNET_GCgen0size=2000000
EXPOSE 8080
VOLUME /var/lib/flts
# The base image has neither curl nor wget; bash speaks enough HTTP.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=5 \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/8080 && printf 'GET /healthz HTTP/1.0\\r\\n\\r\\n' >&3 && head -n 1 <&3 | grep -q ' 200 '"]
USER ${APP_UID:-1654}
ENTRYPOINT ["dotnet", "FLTS.Host.dll"]
CMD ["run", "--json-logs"]
