namespace FLTS.Modules.Inference.Batching;

/// <summary>Workers and who waits for them, in the order in which they came. Its owner holds a lock around every call.</summary>
internal sealed class Lane(int workers)
{
    private readonly LinkedList<Request> _waiting = new();
    private int _working;

    public int Workers => workers;

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

    public void Add(Request request) => request.Node = _waiting.AddLast(request);

    /// <returns>False: it does not wait any more.</returns>
    public bool Remove(Request request)
    {
        if (request.Node?.List != _waiting)
            return false;

        _waiting.Remove(request.Node);
        return true;
    }

    /// <summary>Takes the oldest out, with those that can be computed with it.</summary>
    public List<Request> Take(int most)
    {
        var batch = new List<Request>();
        for (var node = _waiting.First; node is not null && batch.Count < most;)
        {
            var next = node.Next;
            if (batch.Count == 0 || node.Value.Joins(batch[0]))
            {
                _waiting.Remove(node);
                batch.Add(node.Value);
            }

            node = next;
        }

        return batch;
    }

    /// <summary>Null: this client waits for nothing here.</summary>
    public Request? NewestOf(string client)
    {
        var node = _waiting.Last;
        while (node is not null && node.Value.Client != client)
            node = node.Previous;
        return node?.Value;
    }
}
