"""Storage of uploads in an object store that speaks S3. Objects are private and have no address: views serve them."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from boto3.exceptions import Boto3Error
from boto3.s3.transfer import TransferConfig
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.utils.deconstruct import deconstructible
from storages.backends.s3 import S3Storage

from .uploads import StoreUnavailable, converting

TROUBLE = (BotoCoreError, Boto3Error, ClientError)
CONNECT_SECONDS, READ_SECONDS, ATTEMPTS = 3, 10, 2
# Seconds for which nobody asks a store that didn't answer, so that a frozen store doesn't hold all threads.
LEFT_ALONE = 5
IN_MEMORY = 1 << 20  # bytes of a download; more lie in a temporary file without a name
# One request stores a file, so that an interruption leaves no part of it.
IN_ONE_REQUEST = 128 << 20


@deconstructible(path="config.files.object_store.ObjectStore")
class ObjectStore(S3Storage):
    """An object store whose faults are StoreUnavailable, soon, and whose answers are complete or an error."""

    def __init__(self, **options: Any):
        self.left_alone_until = 0.0
        options = {
            "max_memory_size": IN_MEMORY,
            "file_overwrite": False,
            "default_acl": None,  # private, as every bucket is until somebody opens it
            "client_config": Config(
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                retries={"total_max_attempts": ATTEMPTS, "mode": "standard"},
                signature_version="s3v4",
                s3={"addressing_style": "path" if options.get("endpoint_url") else "auto"},
                # Stores other than Amazon's don't know the newer checksums.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
            "transfer_config": TransferConfig(use_threads=False, multipart_threshold=IN_ONE_REQUEST),
        } | options
        super().__init__(**options)

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Raise StoreUnavailable if the store fails, or has just failed to answer."""
        if time.monotonic() < self.left_alone_until:
            raise StoreUnavailable("The storage of uploads didn't answer a moment ago")
        with converting(*TROUBLE):
            try:
                yield
            except BotoCoreError:
                self.left_alone_until = time.monotonic() + LEFT_ALONE
                raise

    def _open(self, name, mode="rb"):
        """Return the file, read to its end: a store that fails meanwhile is an error and not half a file."""
        with self.asking():
            file = super()._open(name, mode)
            try:
                file.file  # noqa: B018 (reads it)
            except BaseException as error:
                file.close()
                if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    raise FileNotFoundError(name) from error
                raise
            return file

    def _save(self, name, content):
        with self.asking():
            return super()._save(name, content)

    def exists(self, name):
        with self.asking():
            return super().exists(name)

    def delete(self, name):
        with self.asking():
            super().delete(name)

    def size(self, name):
        with self.asking():
            return super().size(name)

    def listdir(self, name):
        with self.asking():
            return super().listdir(name)

    def get_modified_time(self, name):
        with self.asking():
            return super().get_modified_time(name)

    def url(self, name, parameters=None, expire=None, http_method=None):
        """Return no address: a signed one would outlive the checks of the view, and is of another host."""
        return ""

    def problem(self) -> str:
        """Return "": all nodes share the store, so its fault is no reason to take a node out."""
        return ""

    def require(self) -> None:
        """Raise StoreUnavailable if the bucket can't be reached."""
        with self.asking():
            self.connection.meta.client.head_bucket(Bucket=self.bucket_name)

    def prepare(self) -> None:
        """Raise StoreUnavailable if the bucket is not there; its rights are the operator's decision."""
        self.require()
