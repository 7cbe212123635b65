/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends of generated sources: what only code in the same unit can reach. */
#ifdef TAIL_OF_SMMU
const struct device_desc *const shim_smmu_driver = &__dev_desc_smmu;

/* Context banks in use on the @nr-th SMMU of the device tree. */
unsigned int shim_banks(unsigned int nr);
unsigned int shim_banks(unsigned int nr)
{
	struct arm_smmu_device *smmu;
	unsigned int n = 0;

	list_for_each_entry(smmu, &arm_smmu_devices, list)
		n++;
	list_for_each_entry(smmu, &arm_smmu_devices, list)
		if (!(--n - nr))
			return bitmap_weight(smmu->context_map,
					     smmu->num_context_banks);

	return 0;
}
#endif

#ifdef TAIL_OF_SMMU_V3
const struct device_desc *const shim_smmu_v3_driver = &__dev_desc_smmuv3;

/* The @nr-th SMMU of the device tree; they are on the list backwards. */
static struct arm_smmu_device *shim_smmu(unsigned int nr)
{
    struct arm_smmu_device *smmu;
    unsigned int n = 0;

    list_for_each_entry ( smmu, &arm_smmu_devices, devices )
        n++;
    list_for_each_entry ( smmu, &arm_smmu_devices, devices )
        if ( --n == nr )
            return smmu;

    return NULL;
}

unsigned int shim_vmids(unsigned int nr);
unsigned int shim_vmids(unsigned int nr)
{
    const struct arm_smmu_device *smmu = shim_smmu(nr);
    unsigned int i, used = 0;

    for ( i = 0; smmu && i < 1U << smmu->vmid_bits; i++ )
        used += test_bit(i, smmu->vmid_map);

    return used;
}

void shim_take_vmids(unsigned int nr, bool take);
void shim_take_vmids(unsigned int nr, bool take)
{
    static DECLARE_BITMAP(saved, ARM_SMMU_MAX_VMIDS);
    struct arm_smmu_device *smmu = shim_smmu(nr);

    if ( take )
    {
        memcpy(saved, smmu->vmid_map, sizeof(saved));
        memset(smmu->vmid_map, 0xff, sizeof(saved));
    }
    else
        memcpy(smmu->vmid_map, saved, sizeof(saved));
}
#endif
