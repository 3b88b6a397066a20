"""Every requirement, proved on clusters that meet it, that fail it, that it is not for, that hide it."""

import pytest

pytest.register_assert_rewrite("tests.proofs.prove")
