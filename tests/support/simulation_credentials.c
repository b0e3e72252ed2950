/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Fixed keys and certificates, so that a simulation replays byte for byte.
 * Made with certtool: P-256, a root that issued both, valid 2020 to 2099. */
#include "tests/support/simulation_credentials.h"

const char simulation_root_certificate[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBaDCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAaMRgwFgYDVQQDEw9hZHRscyB0\n"
	"ZXN0IHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjA5OTEyMzEyMzU5NTlaMBoxGDAW\n"
	"BgNVBAMTD2FkdGxzIHRlc3Qgcm9vdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IA\n"
	"BOcV2U+nQE2cBi6Dd1H2h22AsNf/iALw7te5tb6byeDUGLklSGHhmZQIY8/1wb1s\n"
	"Ul3gXvJQwT5mkgICpxBDOjyjQjBAMA8GA1UdEwEB/wQFMAMBAf8wDgYDVR0PAQH/\n"
	"BAQDAgIEMB0GA1UdDgQWBBT1yYpx/fCQJy0yXbCVYYs4N6hicDAKBggqhkjOPQQD\n"
	"AgNJADBGAiEAzwaxl++bcr/ZSukqRHFv008kDchKgGvLcbVKM/BJmCECIQDRpf0k\n"
	"P+qjSx6/GSlqK9GNNjvcb7OUiANL6OF2l0CuvA==\n"
	"-----END CERTIFICATE-----\n";

const char simulation_server_certificate[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBsTCCAVigAwIBAgIBAjAKBggqhkjOPQQDAjAaMRgwFgYDVQQDEw9hZHRscyB0\n"
	"ZXN0IHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjA5OTEyMzEyMzU5NTlaMBcxFTAT\n"
	"BgNVBAMTDGdhdGV3YXkudGVzdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABI51\n"
	"YS7qbLvbujQZk2srTho8KlGSBTgrMkWWCv3116zES0mu1z2ZCrYxw61V32PouXG1\n"
	"TZN6Xl69iaRKqZ4GWI6jgY8wgYwwDAYDVR0TAQH/BAIwADAXBgNVHREEEDAOggxn\n"
	"YXRld2F5LnRlc3QwEwYDVR0lBAwwCgYIKwYBBQUHAwEwDgYDVR0PAQH/BAQDAgeA\n"
	"MB0GA1UdDgQWBBSSEzIF+BcVTyV+USNYMKovTGYSpTAfBgNVHSMEGDAWgBT1yYpx\n"
	"/fCQJy0yXbCVYYs4N6hicDAKBggqhkjOPQQDAgNHADBEAiBqmtGI0nQ5R5H875NZ\n"
	"JEdGAh96sB/xZrTSem3dVSrVVgIgOSBGZpUjgA/ytciroY4UUyJQ8t7Mxms/qeEV\n"
	"30ljgcM=\n"
	"-----END CERTIFICATE-----\n";

const char simulation_server_key[] =
	"-----BEGIN EC PRIVATE KEY-----\n"
	"MHgCAQEEIQDVIirSa5Hx40im961ONaLyTJwhL6WiD/RrEdqViKykaaAKBggqhkjO\n"
	"PQMBB6FEA0IABI51YS7qbLvbujQZk2srTho8KlGSBTgrMkWWCv3116zES0mu1z2Z\n"
	"CrYxw61V32PouXG1TZN6Xl69iaRKqZ4GWI4=\n"
	"-----END EC PRIVATE KEY-----\n";

const char simulation_client_certificate[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBlDCCATmgAwIBAgIBAzAKBggqhkjOPQQDAjAaMRgwFgYDVQQDEw9hZHRscyB0\n"
	"ZXN0IHJvb3QwIBcNMjAwMTAxMDAwMDAwWhgPMjA5OTEyMzEyMzU5NTlaMBMxETAP\n"
	"BgNVBAMTCHNlbnNvci0xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEo+f6c98Q\n"
	"b/BbUrI/ca6XNoW/KFoBx8U1Hh4NqFmxKbQXpgcyNpGbE6CS109gysX9hGnDpmHX\n"
	"f0XKp8rH8Cmhm6N1MHMwDAYDVR0TAQH/BAIwADATBgNVHSUEDDAKBggrBgEFBQcD\n"
	"AjAOBgNVHQ8BAf8EBAMCB4AwHQYDVR0OBBYEFMX47ZRMB9oyl2fJIFW1ZlgZLEt0\n"
	"MB8GA1UdIwQYMBaAFPXJinH98JAnLTJdsJVhizg3qGJwMAoGCCqGSM49BAMCA0kA\n"
	"MEYCIQCCKhQKGemN9hPyEkbtGYSS7oScCWx+Jd+UhBEcV4ii8gIhAP7I0M3k7YPV\n"
	"PdMC0wM9BiXKm3mkcVGVUncZMD1E0EVN\n"
	"-----END CERTIFICATE-----\n";

const char simulation_client_key[] =
	"-----BEGIN EC PRIVATE KEY-----\n"
	"MHcCAQEEIB4T5TBtn9RhXHYQMdH6240UqjVvucxsEIPDYoFhpymioAoGCCqGSM49\n"
	"AwEHoUQDQgAEo+f6c98Qb/BbUrI/ca6XNoW/KFoBx8U1Hh4NqFmxKbQXpgcyNpGb\n"
	"E6CS109gysX9hGnDpmHXf0XKp8rH8Cmhmw==\n"
	"-----END EC PRIVATE KEY-----\n";

const char simulation_attestation_key[] =
	"-----BEGIN EC PRIVATE KEY-----\n"
	"MHcCAQEEIDNWzOkIs5ecRsoJnqbwXuWUx8DP0th937en/SaZfDM+oAoGCCqGSM49\n"
	"AwEHoUQDQgAEZYqszIrH2vsbNKRsuEXzENi2GUVe/sNUe+azabL7Z0ZfZbsfHP2j\n"
	"hmO4UJZul9a1+6/PXDlOsKz4dDX1gs2yUQ==\n"
	"-----END EC PRIVATE KEY-----\n";

const char simulation_attestation_public_key[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEZYqszIrH2vsbNKRsuEXzENi2GUVe\n"
	"/sNUe+azabL7Z0ZfZbsfHP2jhmO4UJZul9a1+6/PXDlOsKz4dDX1gs2yUQ==\n"
	"-----END PUBLIC KEY-----\n";
