# The image of web, worker and scheduler; docker-compose.yml says which is which.

FROM node:24-slim AS front-end
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund

FROM python:3.12-slim AS packages
ENV UV_LINK_MODE=copy UV_SYSTEM_CERTS=1
RUN pip install --no-cache-dir uv==0.13.9 && python -m venv /venv
COPY requirements.txt /
RUN uv pip install --python /venv/bin/python --no-cache --compile-bytecode -r /requirements.txt

FROM python:3.12-slim AS static
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
COPY --from=front-end /app/node_modules node_modules
# The key is used by nothing here and is not kept.
RUN SECRET_KEY=only-to-collect-static-files STATIC_ROOT=/static \
    python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir /icons && cp -r --parents node_modules/@tabler/icons/icons/outline /icons

FROM python:3.12-slim
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    STATIC_ROOT=/app/build/static \
    LEADHUB_DATA_DIR=/data
# Offers in letters that are not Western European.
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --home-dir /data leadhub \
    && install -d -o leadhub -g leadhub -m 0700 /data
WORKDIR /app
COPY --from=packages /venv /venv
COPY . .
# Of the front end only the icons are read at run time; all else has been collected.
COPY --from=static /icons/node_modules node_modules
COPY --from=static /static build/static
RUN python -m compileall -q .
USER leadhub
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "-c", "deploy/gunicorn.conf.py"]
