"""The one thing pyproject.toml cannot say: data folders outside every package go into the wheel.

They become holdfast/_shipped/…, where holdfast.settings looks when there is no checkout.
"""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

SHIPPED = ("static", "config", "deploy")


class WithData(build_py):
    """build_py, and the folders in SHIPPED."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return  # a checkout is read in place
        target = Path(self.build_lib) / "holdfast" / "_shipped"
        shutil.rmtree(target, ignore_errors=True)
        for name in SHIPPED:
            shutil.copytree(Path(__file__).parent / name, target / name)


setup(cmdclass={"build_py": WithData})
