/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMUv3 driver's side of its RMR hooks. The functions are in smmu-v3.c of
 * this folder, which the driver includes below its own.
 */
#ifndef ARM_RMR_SMMU_V3_H
#define ARM_RMR_SMMU_V3_H

#include <xen/rmr.h>

struct arm_smmu_device;
struct arm_smmu_xen_domain;

#ifdef CONFIG_ARM_RMR

static void arm_smmu_rmr_install(struct arm_smmu_device *smmu);
static int arm_smmu_rmr_flush(struct arm_smmu_xen_domain *xen_domain);
static bool arm_smmu_rmr_event(const struct arm_smmu_device *smmu,
                               const u64 *evt);
static int arm_smmu_rmr_check_sid(const struct arm_smmu_device *smmu,
                                  struct device *dev, u32 sid);

#define arm_smmu_rmr_domain_init(xen_domain) \
    INIT_LIST_HEAD(&(xen_domain)->rmr_contexts)

#else

static inline void arm_smmu_rmr_install(struct arm_smmu_device *smmu) {}
static inline int arm_smmu_rmr_flush(struct arm_smmu_xen_domain *xen_domain)
{
    return 0;
}

static inline bool arm_smmu_rmr_event(const struct arm_smmu_device *smmu,
                                      const u64 *evt)
{
    return false;
}

static inline int arm_smmu_rmr_check_sid(const struct arm_smmu_device *smmu,
                                         struct device *dev, u32 sid)
{
    return 0;
}

#define arm_smmu_rmr_domain_init(xen_domain) ((void)(xen_domain))

#endif

#endif /* ARM_RMR_SMMU_V3_H */
