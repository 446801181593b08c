# Pages, API and workers in one image; settings come from the environment (ADVISOR_...), see docs/deployment.md.
FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
# Tesseract reads scanned pages where Document Intelligence is not set.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends tesseract-ocr \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --user-group --no-create-home advisor \
    && install --directory --owner advisor --group advisor --mode 0700 /var/lib/advisor
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/advisor
COPY . .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOME=/var/lib/advisor \
    ADVISOR_DATA_DIR=/var/lib/advisor
USER 10001
EXPOSE 8501
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ.get('ADVISOR_PORT', '8501') + '/api/v1/health', timeout=4)"]
CMD ["python", "-m", "services", "serve"]
