using System.Text.Json;
using FLTS.Modules.Registry.Schema;
using FLTS.Modules.Storage;
using Microsoft.EntityFrameworkCore;

namespace FLTS.Modules.Registry.Ledger;

/// <summary>Pointer files: copies of the ledger for whoever reads the store alone. The ledger is the truth.</summary>
internal sealed class PointerFiles(IDbContextFactory<RegistryDbContext> registry, IObjectStore store)
{
    public async Task WriteAsync(PromotionPointer pointer, CancellationToken cancellation)
    {
        var bytes = JsonSerializer.SerializeToUtf8Bytes(pointer, RegistryJson.Indented);
        await store.PutAsync(ObjectKeys.PointerHistory(pointer.Identifier, pointer.ConfigHash, pointer.Timestamp), bytes, cancellation);
        FaultPoint.Reach("pointer.history-written");
        await store.PutAsync(ObjectKeys.PointerOfConfig(pointer.Identifier, pointer.ConfigHash), bytes, cancellation);
        FaultPoint.Reach("pointer.config-written");
        await store.PutAsync(ObjectKeys.Pointer(pointer.Identifier), bytes, cancellation);
        FaultPoint.Reach("pointer.current-written");
    }

    /// <summary>Writes again what is missing or differs from the ledger.</summary>
    /// <returns>The pointers that were written.</returns>
    /// <exception cref="UnavailableException">The store refuses.</exception>
    public async Task<IReadOnlyList<PromotionPointer>> RepairAsync(CancellationToken cancellation)
    {
        var repaired = new List<PromotionPointer>();
        foreach (var champion in await InForceAsync(cancellation))
        {
            var pointer = JsonSerializer.Deserialize<PromotionPointer>(champion.Pointer, RegistryJson.Options)!;
            if (await IsInPlaceAsync(pointer, cancellation))
                continue;

            await WriteAsync(pointer, cancellation);
            repaired.Add(pointer);
        }

        return repaired;
    }

    private async Task<List<ChampionRow>> InForceAsync(CancellationToken cancellation)
    {
        await using var db = await registry.CreateDbContextAsync(cancellation);
        return await db.ChampionsInForce().ToListAsync(cancellation);
    }

    private async Task<bool> IsInPlaceAsync(PromotionPointer pointer, CancellationToken cancellation)
    {
        var expected = JsonSerializer.SerializeToUtf8Bytes(pointer, RegistryJson.Indented);
        ObjectKey[] keys =
        [
            ObjectKeys.Pointer(pointer.Identifier),
            ObjectKeys.PointerOfConfig(pointer.Identifier, pointer.ConfigHash),
            ObjectKeys.PointerHistory(pointer.Identifier, pointer.ConfigHash, pointer.Timestamp),
        ];
        foreach (var key in keys)
        {
            if (await store.StatAsync(key, cancellation) is not { } found || found.Size != expected.Length)
                return false;

            using var bytes = await store.ReadAllAsync(key, cancellation);
            if (!bytes.ToArray().AsSpan().SequenceEqual(expected))
                return false;
        }

        return true;
    }
}
