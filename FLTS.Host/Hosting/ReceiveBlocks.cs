using System.Buffers;
using System.Collections.Concurrent;
using Microsoft.AspNetCore.Connections;

namespace FLTS.Host.Hosting;

/// <summary>
/// Memory that requests are received into and answers are sent from, in blocks that hold an ordinary request whole: of the server's own,
/// of 4 KB, one of thirty rows takes two, and what began to read it has to wait for the second as for a slow client.
/// </summary>
internal sealed class ReceiveBlocks : IMemoryPoolFactory<byte>
{
    /// <summary>Bytes of a block.</summary>
    public const int Size = 1 << 14;

    /// <summary>Blocks that are kept for whoever comes next, 16 MB; more are left to the garbage collector.</summary>
    private const int MostKept = 1024;

    public MemoryPool<byte> Create(MemoryPoolOptions? options = null) => new Pool();

    private sealed class Pool : MemoryPool<byte>
    {
        private readonly ConcurrentQueue<Block> _kept = new();

        public override int MaxBufferSize => Size;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan(minBufferSize, Size);
            return _kept.TryDequeue(out var kept) ? kept : new Block(this);
        }

        protected override void Dispose(bool disposing) => _kept.Clear();

        private void Return(Block block)
        {
            if (_kept.Count < MostKept)
                _kept.Enqueue(block);
        }

        /// <summary>Pinned: the system writes into it.</summary>
        private sealed class Block(Pool pool) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = GC.AllocateUninitializedArray<byte>(Size, pinned: true);

            public void Dispose() => pool.Return(this);
        }
    }
}
