#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""Runs one unittest module, by path, and reports each test as TAP."""
