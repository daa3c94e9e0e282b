namespace FLTS.Modules.Inference.Batching;

/// <summary>Workers and who waits for them, in the order in which they came. Its owner holds a lock around every call.</summary>
internal sealed class Lane(int workers)
{
    private readonly LinkedList<Request> _waiting = new(), _taken = new();
    private int _working;

    public int Workers => workers;

    /// <summary>Workers in the middle of a batch; the others that are busy let requests gather.</summary>
    public int Computing { get; set; }

    /// <summary>Who waits.</summary>
    public int Count => _waiting.Count;

    /// <summary>Makes a free worker busy.</summary>
    public bool TryEnter()
    {
        if (_working == workers)
            return false;

        _working++;
        return true;
    }

    /// <summary>Makes a worker free again where nobody waits for it.</summary>
    public bool LeaveUnlessWaitedFor()
    {
        if (_waiting.Count > 0)
            return false;

        _working--;
        return true;
    }

    public void Add(Request request) => _waiting.AddLast(request.Node);

    /// <returns>False: it does not wait any more.</returns>
    public bool Remove(Request request)
    {
        if (request.Node.List != _waiting)
            return false;

        _waiting.Remove(request.Node);
        return true;
    }

    /// <summary>The oldest, with those that can be computed with it: a worker has them until it is <see cref="Done"/>.</summary>
    public Request[] Take(int most)
    {
        var batch = new Request[Math.Min(most, _waiting.Count)];
        var count = 0;
        for (var node = _waiting.First; node is not null && count < batch.Length;)
        {
            var next = node.Next;
            if (count == 0 || node.Value.Joins(batch[0]))
            {
                _waiting.Remove(node);
                _taken.AddLast(node);
                batch[count++] = node.Value;
            }

            node = next;
        }

        return count == batch.Length ? batch : batch[..count];
    }

    /// <summary>A worker has answered them.</summary>
    public void Done(Request[] batch)
    {
        foreach (var request in batch)
            _taken.Remove(request.Node);
    }

    /// <summary>Who waits, and who is computed.</summary>
    public IEnumerable<Request> All => _waiting.Concat(_taken);

    /// <summary>Null: this client waits for nothing here.</summary>
    public Request? NewestOf(string client)
    {
        var node = _waiting.Last;
        while (node is not null && node.Value.Client != client)
            node = node.Previous;
        return node?.Value;
    }
}
