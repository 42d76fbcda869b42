"""The life of keys of both origins, as an application drives it through an SDK.

The modules of this package hold the cases, written against `service.Service`; a script beside this folder implements
that for one SDK and runs them.
"""
