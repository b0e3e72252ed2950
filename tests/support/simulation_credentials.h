/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fixed keys and certificates in PEM: a gateway "gateway.test", a sensor
 * "sensor-1", their root, and an attestation key. */
#ifndef TESTS_SUPPORT_SIMULATION_CREDENTIALS_H
#define TESTS_SUPPORT_SIMULATION_CREDENTIALS_H

extern const char simulation_root_certificate[];
extern const char simulation_server_certificate[];
extern const char simulation_server_key[];
extern const char simulation_client_certificate[];
extern const char simulation_client_key[];
extern const char simulation_attestation_key[];
extern const char simulation_attestation_public_key[];

#endif
