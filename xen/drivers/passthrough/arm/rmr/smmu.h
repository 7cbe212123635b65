/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The SMMUv1/v2 driver's side of its RMR hooks. The functions are in smmu.c of
 * this folder, which the driver includes below its own.
 */
#ifndef ARM_RMR_SMMU_H
#define ARM_RMR_SMMU_H

#include <xen/rmr.h>

struct arm_smmu_device;
struct arm_smmu_xen_domain;

#ifdef CONFIG_ARM_RMR

static bool arm_smmu_rmr_narrowed(struct arm_smmu_device *smmu);
static void arm_smmu_rmr_close(struct arm_smmu_device *smmu);
static void arm_smmu_rmr_install(struct arm_smmu_device *smmu);
static void arm_smmu_rmr_flush(struct arm_smmu_xen_domain *xen_domain);
static bool arm_smmu_rmr_global_fault(const struct arm_smmu_device *smmu,
                                      u32 gfsr, u32 gfsynr1);
static int arm_smmu_rmr_check_id(const struct arm_smmu_device *smmu,
                                 struct device *dev, u32 fwid);

#define arm_smmu_rmr_domain_init(xen_domain) \
    INIT_LIST_HEAD(&(xen_domain)->rmr_contexts)

#else

static inline bool arm_smmu_rmr_narrowed(struct arm_smmu_device *smmu)
{
    return false;
}

static inline void arm_smmu_rmr_close(struct arm_smmu_device *smmu) {}
static inline void arm_smmu_rmr_install(struct arm_smmu_device *smmu) {}
static inline void
arm_smmu_rmr_flush(struct arm_smmu_xen_domain *xen_domain) {}

static inline bool
arm_smmu_rmr_global_fault(const struct arm_smmu_device *smmu, u32 gfsr,
                          u32 gfsynr1)
{
    return false;
}

static inline int arm_smmu_rmr_check_id(const struct arm_smmu_device *smmu,
                                        struct device *dev, u32 fwid)
{
    return 0;
}

#define arm_smmu_rmr_domain_init(xen_domain) ((void)(xen_domain))

#endif

#endif /* ARM_RMR_SMMU_H */
