"""An object store that speaks S3, on 127.0.0.1 and in the memory of the test."""

from contextlib import contextmanager

import boto3
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

BUCKET = "uploads"
KEYS = {"access_key": "for-tests", "secret_key": "for tests only"}


@contextmanager
def serving():
    """Run a store with an empty bucket, and yield its address."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        host, port = server.get_host_and_port()
        address = f"http://{host}:{port}"
        client(address).create_bucket(Bucket=BUCKET)
        yield address
    finally:
        s3_backends.reset()  # the memory of the process, which every server shares
        server.stop()


def client(address):
    return boto3.client(
        "s3",
        endpoint_url=address,
        region_name="us-east-1",
        aws_access_key_id=KEYS["access_key"],
        aws_secret_access_key=KEYS["secret_key"],
    )


def names(address):
    """Return the names of all objects."""
    return sorted(entry["Key"] for entry in client(address).list_objects_v2(Bucket=BUCKET).get("Contents", ()))


def storage(address):
    """Return the value of STORAGES["default"] for this store."""
    options = {"bucket_name": BUCKET, "endpoint_url": address, "region_name": "us-east-1", **KEYS}
    return {"BACKEND": "config.files.object_store.ObjectStore", "OPTIONS": options}
