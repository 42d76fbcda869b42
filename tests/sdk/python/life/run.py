"""Runs the cases for one SDK, and whatever cases its script adds."""

import argparse
import unittest
from collections.abc import Callable

from life import aliases, ciphertexts, deletion, imported, key_material, keys, tags, versions
from life.case import Case
from life.loopback import stay_on_loopback
from life.service import Service

#: The access key of the documents' examples, which the mock takes unless it is told another.
ACCESS_KEY_ID = "testid"
ACCESS_KEY_SECRET = "testsecret"

MODULES = (keys, ciphertexts, aliases, tags, key_material, deletion, versions, imported)


def run(description: str, connect: Callable[[str, str, str], Service], *own_cases: type[Case]) -> int:
    """Runs all cases against the address of the command line and gives the exit code.

    `connect` makes a client for an address (host:port), an access key's id and its secret.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("address", help="host:port of the mock, which is spoken to in plain HTTP")
    address = parser.parse_args().address

    stay_on_loopback()
    Case.address = address
    Case.connect = staticmethod(lambda: connect(address, ACCESS_KEY_ID, ACCESS_KEY_SECRET))
    loader = unittest.defaultTestLoader
    suite = unittest.TestSuite(loader.loadTestsFromModule(module) for module in MODULES)
    suite.addTests(loader.loadTestsFromTestCase(case) for case in own_cases)
    result = unittest.TextTestRunner(verbosity=2).run(suite)
    return 0 if result.wasSuccessful() and result.testsRun > 0 else 1
