/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything adtls offers, in one include.
 */
#ifndef ADTLS_ADTLS_H
#define ADTLS_ADTLS_H

#include <adtls/address.h>
#include <adtls/attester.h>
#include <adtls/config.h>
#include <adtls/credentials.h>
#include <adtls/endpoint.h>
#include <adtls/engine.h>
#include <adtls/error.h>
#include <adtls/job.h>
#include <adtls/job_pool.h>
#include <adtls/policy.h>
#include <adtls/priority.h>
#include <adtls/psk.h>
#include <adtls/server.h>
#include <adtls/session.h>
#include <adtls/ticket.h>
#include <adtls/types.h>
#include <adtls/verdict.h>
#include <adtls/verification.h>
#include <adtls/verifier.h>
#include <adtls/version.h>

#endif
