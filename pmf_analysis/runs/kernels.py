"""Kernels that talk over local sockets, never over the network.

A TCP kernel opens unencrypted ports and may clash with its neighbours in a parallel
run; over IPC neither can happen.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager

from pmf_analysis.runs.warm_kernels import WarmProvisioner


class LocalKernelManager(AsyncKernelManager):
    """Starts this very interpreter as a kernel, with IPC transport."""

    def __init__(self, **settings: object) -> None:
        # socket paths have a length limit of about 100 characters, so the folder is a short one
        self._folder = tempfile.TemporaryDirectory(prefix="pmf-")
        settings |= {
            "transport": "ipc",
            "connection_file": str(Path(self._folder.name) / "k.json"),
            "ip": str(Path(self._folder.name) / "k"),
        }
        super().__init__(**settings)
        self.provisioner = WarmProvisioner(kernel_spec=self.kernel_spec, parent=self)

    @property
    def kernel_spec(self) -> KernelSpec:
        """The interpreter that runs the workbench, whatever kernels are installed."""
        return KernelSpec(
            argv=[
                sys.executable,
                "-m",
                "ipykernel_launcher",
                "-f",
                "{connection_file}",
            ],
            display_name="Python 3",
            language="python",
        )

    async def _async_interrupt_kernel(self) -> None:
        # a kernel is killed at once: an interrupt just before would make it complain aloud
        if not self.shutting_down:
            await super()._async_interrupt_kernel()

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart=restart)
        if not restart:
            self._folder.cleanup()

    cleanup_resources = _async_cleanup_resources
